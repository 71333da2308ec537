/** The code of forms, which most phones never need; those that do must have it before the network is gone. */
export const loadOwnFields = () => import('./own_fields');
