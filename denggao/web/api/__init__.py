"""接口: the objects of the pages for programs, by the same queries and actions, under the same
permissions."""
