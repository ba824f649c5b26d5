"""空表自填: a blank table from elsewhere, filled from a ledger, every figure with its source.

``layout`` reads the form, ``areas`` finds its tables and cards, ``asks`` says what each column
wants, ``plan`` decides each cell, ``rows`` makes room, ``workbook`` writes.
"""
