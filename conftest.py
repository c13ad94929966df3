"""What pytest loads before any test: the mark and the option of the trust report."""

pytest_plugins = ["tests.taking_out", "tests.trust_report"]
