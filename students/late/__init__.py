"""补建学籍 (R2.2): children above grade 1 without a record, listed by their school, agreed to by its authority, held
against all pupils at the month's end, and then registered or told to transfer."""
