"""Lists of people, functions, portfolios, roles and rights: read, and done row by row by their actions."""
