using System.Net;

namespace K8sLb.Operator.Identity;

/// <summary>One line for each source address and minute; the metric counts them all.</summary>
public sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>More sources than this within a minute are told by the metric alone.</summary>
    private const int Capacity = 1_024;

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, DateTimeOffset> told = [];

    public void Refused(IPAddress? source, string reason, string message)
    {
        if (IsDue(source ?? IPAddress.None))
        {
            LogRefused(source, reason, message);
        }
    }

    private bool IsDue(IPAddress source)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (told.TryGetValue(source, out var last) && now - last < Interval)
            {
                return false;
            }
            if (told.Count >= Capacity)
            {
                foreach (var (old, at) in told.ToArray())
                {
                    if (now - at >= Interval)
                    {
                        told.Remove(old);
                    }
                }
                if (told.Count >= Capacity)
                {
                    return false;
                }
            }
            told[source] = now;
            return true;
        }
    }

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Warning,
        Message = "Refused {Source} ({Reason}; told once a minute for each source): {Message}"
    )]
    private partial void LogRefused(IPAddress? source, string reason, string message);
}
