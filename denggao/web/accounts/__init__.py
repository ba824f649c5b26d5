"""单位和人员: bureaus and departments, people, roles, row scope, the audit chain."""
