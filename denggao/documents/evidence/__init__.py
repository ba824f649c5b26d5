"""证据链: the workbook to fill in, what was found, and 认定申请书 ready to copy."""
