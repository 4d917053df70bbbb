"""The pure calculation: facts and terms in, findings, priced lines, postings and statement bytes out."""
