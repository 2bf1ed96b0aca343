using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Agent;

/// <summary>Asks the application's agent at the pool's interval: a connection, on which it says its words and ends.</summary>
public sealed class AgentChecks(
    SidecarOptions options,
    SnapshotInForce snapshots,
    MemberAgent agent,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<AgentChecks> log
) : PacedLoop("agent", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private const int LongestReply = 1024;

    private readonly TimeProvider clock = clock;
    private readonly SidecarMetrics metrics = metrics;
    private readonly LogThrottle throttle = new(clock);
    private readonly ILogger log = log;
    private AgentPolicy? asked;
    private long next;

    protected override async ValueTask StepAsync(CancellationToken cancellation)
    {
        var policy = snapshots.Current?.Pool.Policy.Agent;
        if (policy != asked)
        {
            (asked, next) = (policy, 0);
            agent.Put(policy is null ? null : AgentState.Silent);
        }
        if (policy is null || clock.GetTimestamp() < next)
        {
            return;
        }
        next = clock.GetTimestamp() + (policy.IntervalMs * clock.TimestampFrequency / 1000);
        await AskAsync(policy, cancellation);
    }

    /// <summary>
    /// An agent that cannot be reached, or says what is no word, changes nothing: whether the application works is for its health
    /// check to find out, as with HAProxy.
    /// </summary>
    private async Task AskAsync(AgentPolicy policy, CancellationToken cancellation)
    {
        var endPoint = new IPEndPoint(options.AppAddress, policy.Port);
        string? error;
        try
        {
            var text = await ReadAsync(endPoint, policy, cancellation);
            if (AgentReply.TryParse(text, out var reply, out error))
            {
                agent.Put((agent.Current ?? AgentState.Silent).After(reply));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            error = e is SocketException ? e.Message : $"no answer within {policy.TimeoutMs} ms";
        }
        metrics.AgentChecks.Add(1, SidecarMetrics.Outcome(error is null ? "Success" : "Failure"));
        if (error is not null && throttle.TryPass())
        {
            SidecarLog.AgentFailed(log, endPoint, error);
        }
    }

    private static async Task<string> ReadAsync(IPEndPoint endPoint, AgentPolicy policy, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(policy.TimeoutMs));
        using var socket = await Dialler.DialAsync(endPoint, timeout.Token);
        if (policy.Send.Length > 0)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(policy.Send), timeout.Token);
        }
        var reply = new byte[LongestReply];
        var length = 0;
        while (length < reply.Length && !reply.AsSpan(0, length).Contains((byte)'\n'))
        {
            var read = await socket.ReceiveAsync(reply.AsMemory(length), timeout.Token);
            if (read == 0)
            {
                break;
            }
            length += read;
        }
        return Encoding.ASCII.GetString(reply, 0, length);
    }
}
