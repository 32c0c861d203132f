"""The words everything else is said in: states and verbs, refusals, public numbers, the clauses of the notice."""
