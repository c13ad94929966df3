"""Files in, clean rows and named faults out.

Kept free of imports: the process that opens untrusted workbooks imports this package before it limits its own memory.
"""
