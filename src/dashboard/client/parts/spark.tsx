const WIDTH = 120;
const HEIGHT = 28;

/** A course of figures without axes; the figures themselves stand beside it. */
export function Spark({ values, tone = "accent" }: { values: readonly number[]; tone?: string }) {
  if (values.length < 2) return <svg className="spark" aria-hidden="true" />;
  const top = Math.max(...values, 1e-9);
  const points = values.map((value, place) => {
    const x = (place / (values.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`;
  });
  return (
    <svg
      className={`spark tone-${tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polygon
        points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`}
        fill="currentColor"
        opacity="0.12"
      />
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
