"""Questions about many records of the plant as one query: a table, conditions on its columns, a figure, an order."""
