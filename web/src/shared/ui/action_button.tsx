import { Button, Tooltip, type ButtonProps } from 'antd';

/** A button that stays visible when it can't be used, and says why. */
export function ActionButton({ blocked, ...props }: ButtonProps & { blocked?: string | undefined | false }) {
  if (!blocked) return <Button {...props} />;
  const { onClick: _unused, ...rest } = props;
  return (
    <Tooltip title={blocked}>
      <Button
        {...rest}
        aria-disabled="true"
        style={{ ...rest.style, opacity: 0.6, cursor: 'not-allowed' }}
        type="default"
        danger={false}
      />
    </Tooltip>
  );
}
