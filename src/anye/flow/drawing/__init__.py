"""What the registry holds → the facts that policies ask, in columns, by month, and as known on a day.

`file`: which rows a fact is drawn from (packs/*/drawn.yaml). `spans`: those rows as numbers. `months`: numbers as columns.
`subjects`: whose rows they are, joined for the engine.
"""
