//! Price list, quotes, the customer's approval, payments, cost of work under warranty.
