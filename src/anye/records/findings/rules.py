"""The quality rules that these registers can show (domain 6.3), and what follows from each."""

QUALITY_RULES = ("Q02", "Q03", "Q04", "Q05", "Q06", "Q07", "Q08", "Q09", "Q10")
# doubts that only a conversation at home can settle; the others are put right at a desk
VISIT_RULES = frozenset({"Q04", "Q06", "Q07", "Q08", "Q09"})
VISIT_DAYS = 15
UNDO_MINUTES = 10  # how long whoever answered a visit may take the answer back
ANSWERS = ("working", "insured_only", "not_insured", "record_right", "record_wrong", "not_found")
SETTLED_STATES = ("explained", "source_error", "confirmed")
# what an answer at home means for the doubts it was to settle: `confirmed` where our records were wrong, `explained`
# where both may stand, `source_error` where a register says what never was. Not found settles nothing.
SETTLED_AS = {
    "working": "confirmed",
    "insured_only": "explained",
    "not_insured": "source_error",
    "record_right": "explained",
    "record_wrong": "confirmed",
}
