"""Documents and question sets made out of public data, for evaluation: `python -m evals.materials OUT_DIR --data DIR`.

Nothing here asks Millhand anything: what a question says and which page is its gold never depends on what is found.
"""
