import { LineChart as Line } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

register([Line, GridComponent, TooltipComponent, SVGRenderer]);

export interface Point {
  label: string;
  value: number | null;
  text: string;
}

/** One line over time; a click names the point. The table beside it says the same in words. */
export default function LineChart({
  points,
  label,
  dark,
  onPick,
}: {
  points: readonly Point[];
  label: string;
  dark: boolean;
  onPick?: (index: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  useEffect(() => {
    pick.current = onPick;
  }, [onPick]);
  useEffect(() => {
    if (!box.current) return undefined;
    const chart = init(box.current, undefined, { renderer: 'svg' });
    const ink = dark ? '#b3bcc6' : '#4a5563';
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        formatter: (params: unknown) => {
          const first = (params as { dataIndex: number }[])[0];
          const point = first ? points[first.dataIndex] : undefined;
          return point ? `${point.label}: ${point.text}` : '';
        },
      },
      xAxis: {
        type: 'category',
        data: points.map((point) => point.label),
        axisLabel: { color: ink },
        axisLine: { lineStyle: { color: ink } },
      },
      yAxis: {
        type: 'value',
        axisLabel: { color: ink },
        splitLine: { lineStyle: { color: dark ? '#2c353e' : '#e6eaee' } },
      },
      series: [
        {
          type: 'line',
          data: points.map((point) => point.value),
          connectNulls: false,
          symbolSize: 8,
          lineStyle: { width: 2 },
          itemStyle: { color: dark ? '#4fd1c5' : '#0b6e69' },
        },
      ],
    });
    chart.on('click', (event) => {
      if (typeof event.dataIndex === 'number') pick.current?.(event.dataIndex);
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [points, dark]);
  return <div ref={box} role="img" aria-label={label} style={{ height: 240, width: '100%' }} />;
}
