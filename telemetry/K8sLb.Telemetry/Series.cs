using System.Diagnostics.Metrics;

namespace K8sLb.Telemetry;

/// <summary>What an instrument counted, by its tags. Written by every thread that measures, without a lock but for tags that are new.</summary>
internal sealed class Series(Instrument instrument, SeriesKind kind)
{
    /// <summary>A tag with values without end would fill the memory; what is beyond is not counted.</summary>
    private const int MostCells = 1_000;

    private readonly Lock gate = new();
    private volatile Cell[] cells = [];

    public Instrument Instrument => instrument;
    public SeriesKind Kind => kind;
    public IReadOnlyList<Cell> Cells => cells;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(cells, tags) is { } cell || TryAdd(tags, out cell))
        {
            cell.Record(value);
        }
    }

    /// <summary>Observed ones are told anew each time: who is not told any more is gone.</summary>
    public void Forget()
    {
        if (kind is SeriesKind.ObservedSum or SeriesKind.Gauge && instrument.IsObservable)
        {
            cells = [];
        }
    }

    private static Cell? Find(Cell[] among, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var cell in among)
        {
            if (cell.Has(tags))
            {
                return cell;
            }
        }
        return null;
    }

    private bool TryAdd(ReadOnlySpan<KeyValuePair<string, object?>> tags, out Cell cell)
    {
        lock (gate)
        {
            if (Find(cells, tags) is { } found)
            {
                cell = found;
                return true;
            }
            cell = new(kind, tags.ToArray());
            if (cells.Length >= MostCells)
            {
                return false;
            }
            cells = [.. cells, cell];
            return true;
        }
    }
}

internal enum SeriesKind
{
    /// <summary>Added up here; only ever more.</summary>
    Sum,

    /// <summary>Added up by who is asked; only ever more.</summary>
    ObservedSum,

    /// <summary>Added up here; more or less.</summary>
    Level,

    /// <summary>The last one counts.</summary>
    Gauge,
    Histogram,
}
