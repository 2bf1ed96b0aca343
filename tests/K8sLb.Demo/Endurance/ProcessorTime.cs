using System.Globalization;

namespace K8sLb.Demo;

/// <summary>
/// What became of the machine's processor time since it started, in ticks. On a virtual machine a part of it is stolen: the host gave
/// the processor to somebody else (proc(5), /proc/stat).
/// </summary>
internal readonly record struct ProcessorTime(long Total, long Stolen)
{
    private const int StolenField = 7;

    /// <summary>Guests' time is in that of users already.</summary>
    private const int Fields = 8;

    public static async Task<ProcessorTime> NowAsync(CancellationToken cancellation) =>
        Parse((await File.ReadAllLinesAsync("/proc/stat", cancellation))[0]);

    /// <param name="line">Such as <c>cpu  100 0 50 800 10 0 5 35 0 0</c>.</param>
    public static ProcessorTime Parse(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Take(Fields)
            .Select(t => long.Parse(t, CultureInfo.InvariantCulture))
            .ToList();
        return new(ticks.Sum(), ticks[StolenField]);
    }

    /// <summary>From 0 to 100.</summary>
    public double StolenPercentSince(ProcessorTime before) =>
        Total == before.Total ? 0 : Math.Round(100.0 * (Stolen - before.Stolen) / (Total - before.Total), 1);
}
