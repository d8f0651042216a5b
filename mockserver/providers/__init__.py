"""The three providers; none of them knows another."""
