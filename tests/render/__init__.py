"""Downloads, without a database: what stands in a file is what stands in the document it is made of."""
