"""Every paper of the system in one table, and each thing that must hold of every one as one test over all of them."""
