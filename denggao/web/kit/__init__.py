"""What every department uses: the environment, paging, tables, exports. Knows none of them."""
