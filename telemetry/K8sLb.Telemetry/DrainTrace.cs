using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Telemetry;

/// <summary>
/// One trace for each drain, from the directive to the last connection closed, made of what the operator and the sidecar saw of it. Its
/// id follows from the drain's id, which both know: nothing has to travel between them, and an operator that takes over in the middle
/// goes on with the same trace. The parent that all spans name is never sent.
/// </summary>
public static class DrainTrace
{
    public const string SourceName = "K8sLb.Drain";

    private const int TraceIdLength = 16;
    private const int SpanIdLength = 8;

    private static readonly ActivitySource Source = new(SourceName);

    public static ActivityContext ContextOf(string drainId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(drainId)).AsSpan();
        return new(
            ActivityTraceId.CreateFromBytes(hash[..TraceIdLength]),
            ActivitySpanId.CreateFromBytes(hash.Slice(TraceIdLength, SpanIdLength)),
            ActivityTraceFlags.Recorded,
            isRemote: true
        );
    }

    /// <summary>Told when it is over, because only then is it known how it ended.</summary>
    public static void Record(
        string name,
        string drainId,
        DateTimeOffset startedAt,
        DateTimeOffset endedAt,
        bool isFailure,
        params ReadOnlySpan<KeyValuePair<string, object?>> tags
    )
    {
        using var span = Source.StartActivity(
            name,
            ActivityKind.Internal,
            ContextOf(drainId),
            [new("k8slb.drain.id", drainId), .. tags],
            startTime: startedAt
        );
        span?.SetStatus(isFailure ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        span?.SetEndTime(endedAt.UtcDateTime);
    }
}
