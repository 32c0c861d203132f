"""The counter (R8.4): parents come, a sheet is printed; printed papers and photographs."""
