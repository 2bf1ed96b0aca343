using System.Reflection;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Identity;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>Serves <see cref="ControlStream.AttachPath"/>: checks the hello and who says it, then hands the stream to its pool.</summary>
public sealed partial class AttachEndpoint(
    IMemberAdmission admission,
    ISidecarAuthentication authentication,
    RefusalLog refusals,
    HubOptions options,
    TimeProvider time,
    ILogger<AttachEndpoint> logger
)
{
    public static readonly string OperatorVersion =
        typeof(AttachEndpoint)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "unknown";
    private static readonly TimeSpan BadHelloPause = TimeSpan.FromSeconds(5);

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(ControlStream.AttachPath, HandleAsync);

    private async Task HandleAsync(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // HTTP/1.1 cannot answer before the request ends.
            context.Response.StatusCode = StatusCodes.Status505HttpVersionNotsupported;
            return;
        }
        context.Response.ContentType = ControlStream.ContentType;
        // Headers now, and StartAsync alone leaves them in the buffer: a client may wait for them before it says anything.
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        var input = new SidecarLineReader(context.Request.BodyReader);
        try
        {
            if (await GreetAsync(context, input) is var (session, goodUntil))
            {
                await ServeAsync(context, session, goodUntil, input);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The connection broke: the sidecar dials again.
        }
    }

    private async Task<(MemberSession Session, DateTimeOffset? GoodUntil)?> GreetAsync(
        HttpContext context,
        SidecarLineReader input
    )
    {
        var (hello, error) = await ReadHelloAsync(input, context.RequestAborted);
        if (hello is null)
        {
            await RefuseStrangerAsync(context, new(RefusalReasons.BadHello, error, BadHelloPause));
            return null;
        }
        if (admission.TurnAway(context.Connection.RemoteIpAddress) is { } away)
        {
            OperatorMetrics.CountRefusal(away.Reason);
            LogRefused(hello.PodNamespace, hello.PodName, away.Refusal.Reason);
            await SendAsync(context, new OperatorMessage { Refusal = away.Refusal });
            return null;
        }
        var authorization = context.Request.Headers.Authorization.ToString();
        var identity = await authentication.CheckAsync(authorization, hello, context.RequestAborted);
        if (identity.Refusal is { } stranger)
        {
            await RefuseStrangerAsync(context, stranger);
            return null;
        }
        context.Features.Get<ConnectionProof>()?.Give();
        var verdict = admission.Admit(hello);
        if (verdict.Refusal is { } refusal)
        {
            OperatorMetrics.CountRefusal(RefusalReasons.NotServed);
            LogRefused(hello.PodNamespace, hello.PodName, refusal.Reason);
            await SendAsync(context, new OperatorMessage { Refusal = refusal });
            return null;
        }
        var channel = verdict.Channel!;
        await SendAsync(
            context,
            new OperatorMessage
            {
                Welcome = new Welcome
                {
                    ProtocolVersion = ControlStream.ProtocolVersion,
                    OperatorVersion = OperatorVersion,
                    Epoch = channel.Epoch,
                    TakesTokens = true,
                },
            }
        );
        LogAttached(hello.PodNamespace, hello.PodName, channel.Pool.Name, hello.SidecarVersion, hello.Held);
        return (channel.Attach(hello, time.GetUtcNow()), identity.GoodUntil);
    }

    private Task RefuseStrangerAsync(HttpContext context, IdentityRefusal refusal) =>
        SendAsync(context, new OperatorMessage { Refusal = Count(context, refusal) });

    private Refusal Count(HttpContext context, IdentityRefusal refusal)
    {
        OperatorMetrics.CountRefusal(refusal.Reason);
        refusals.Refused(context.Connection.RemoteIpAddress, refusal.Reason, refusal.Message);
        return new Refusal { Reason = refusal.Message, RetryAfterMs = (int)refusal.RetryAfter.TotalMilliseconds };
    }

    private async Task<(Hello? Hello, string Error)> ReadHelloAsync(SidecarLineReader input, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(options.HelloTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, late.Token);
        try
        {
            var message = await input.ReadAsync(either.Token);
            return message?.Hello is not { } hello ? (null, "the first line must be a hello")
                : HelloRules.Check(hello) is { } error ? (null, error)
                : (hello, "");
        }
        catch (BadLineException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (null, $"no hello within {options.HelloTimeout.TotalSeconds:0.#} s");
        }
    }

    private async Task ServeAsync(
        HttpContext context,
        MemberSession session,
        DateTimeOffset? goodUntil,
        SidecarLineReader input
    )
    {
        var renewal = new ProofRenewal(
            authentication,
            session.State.Hello,
            goodUntil,
            refusal => session.Close(Count(context, refusal)),
            time
        );
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var renewing = renewal.RunAsync(ended.Token);
        var stream = new MemberStream(
            session,
            input,
            context.Response.BodyWriter,
            renewal.Offer,
            options,
            time,
            logger
        );
        try
        {
            if (!await stream.RunAsync(context.RequestAborted))
            {
                // Else the server would wait for the slow reader to take the rest.
                context.Abort();
            }
        }
        finally
        {
            session.Detach();
            await ended.CancelAsync();
            await renewing;
            var hello = session.State.Hello;
            LogDetached(hello.PodNamespace, hello.PodName, session.Closing?.Reason ?? "closed by the sidecar");
        }
    }

    private static async Task SendAsync(HttpContext context, OperatorMessage message)
    {
        MessageWriter.Write(context.Response.BodyWriter, message);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    [LoggerMessage(
        EventId = 200,
        Level = LogLevel.Information,
        Message = "{Namespace}/{Pod} attached to pool {Pool}, sidecar {Version}, holding {Held}"
    )]
    private partial void LogAttached(string @namespace, string pod, string pool, string version, SnapshotVersion? held);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "{Namespace}/{Pod} detached: {Reason}")]
    private partial void LogDetached(string @namespace, string pod, string reason);

    [LoggerMessage(EventId = 202, Level = LogLevel.Debug, Message = "{Namespace}/{Pod} was refused: {Reason}")]
    private partial void LogRefused(string @namespace, string pod, string reason);
}
