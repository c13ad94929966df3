"""Fields, listings, fragments and the frame shared by the doors; knows no model."""
