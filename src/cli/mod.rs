//! What does the user ask for? One file a subcommand.
