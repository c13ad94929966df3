"""A synthetic district: writes the register files an office would receive, with their usual mess and a separate truth.

Nothing here reads a profile or a rule. The truth is noted while each fault is planted, so that the cleaning and the
comparison can be measured against something they did not help to make.
Every person, firm and telephone is invented: ID numbers and credit codes carry the unassigned area prefix 99
(domain.md 8.2, 8.3) and telephones the mobile range 154, which was never given to a carrier.
"""
