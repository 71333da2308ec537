/** The table alone, so that phones, which show cards, never load it. */
export { Table as default } from 'antd';
