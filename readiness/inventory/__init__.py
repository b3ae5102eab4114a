"""Reading inventories of pilots from files: pure, streaming, without a database."""
