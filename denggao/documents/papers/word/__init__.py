"""A paper as .docx: a template filled by docxtpl in a sandbox, with real footnotes."""
