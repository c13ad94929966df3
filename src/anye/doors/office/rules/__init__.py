"""Rules in officers' hands: each policy in words, drafts of other rules, whom they would change, and their publication."""
