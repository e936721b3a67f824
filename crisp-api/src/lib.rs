//! Typed client for the Crisp customer-messaging platform.
