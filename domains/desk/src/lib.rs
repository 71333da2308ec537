//! Pages that read across domains: global search, 360 pages, the customer's tracking page, the demo company.
