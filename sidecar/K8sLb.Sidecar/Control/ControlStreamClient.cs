using System.Security.Authentication;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Control;

/// <summary>Keeps a control stream to the operator. While there is none, the last good snapshot stays in force.</summary>
internal sealed class ControlStreamClient(
    SidecarOptions options,
    SnapshotIntake intake,
    PeerLoads loads,
    MemberReports reports,
    MemberDrain drain,
    SidecarMetrics metrics,
    Random random,
    TimeProvider clock,
    ILogger<ControlStreamClient> log
) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Operator is not { } service)
        {
            return;
        }
        var trust = options.OperatorAuthority is { } authority
            ? new OperatorTrust(authority, options.OperatorName ?? service.Host, clock)
            : null;
        var token =
            service.Scheme == Uri.UriSchemeHttps && options.OperatorToken is { } file ? new OperatorToken(file) : null;
        var pauses = new DialPauses(ShortestPause, LongestPause, random);
        var target = new DialTarget(service, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            // A connection that is kept would lead to the same replica each time, which need not be the one that leads.
            using var http = new HttpMessageInvoker(Handler(trust));
            var dial = target.Next;
            var session = new ControlSession(
                http,
                dial,
                token,
                options.TokenPoll,
                intake,
                loads,
                reports,
                drain,
                clock,
                log
            );
            var why = await RunAsync(session, target, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            if (session.WasWelcomed)
            {
                pauses.Reset();
            }
            var pause = target.Next == service ? pauses.Next(session.Refusal) : TimeSpan.Zero;
            metrics.Redials.Add(1);
            SidecarLog.StreamEnded(log, dial, why, (long)pause.TotalMilliseconds);
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string> RunAsync(
        ControlSession session,
        DialTarget target,
        CancellationToken cancellation
    )
    {
        try
        {
            var why = await session.RunAsync(cancellation);
            if (session.Refusal is null && !session.WasWelcomed)
            {
                target.Failed();
            }
            else
            {
                target.Answered(session.Refusal);
            }
            return why;
        }
        catch (Exception e)
        {
            target.Failed();
            return e.GetBaseException() is AuthenticationException distrust ? $"it is not trusted: {distrust.Message}"
                : e.InnerException is null ? e.Message
                : $"{e.Message} {e.InnerException.Message}";
        }
    }

    private static SocketsHttpHandler Handler(OperatorTrust? trust)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // Finds an operator that is gone without a word: the stream itself may rightly be silent for long.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        };
        if (trust is not null)
        {
            handler.SslOptions = trust.Options;
        }
        return handler;
    }
}
