using System.Security.Cryptography.X509Certificates;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Identity;
using K8sLb.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Hub;

/// <summary>The attach endpoint on a real socket, in front of one pool that anybody may join.</summary>
internal sealed class HubServer : IMemberAdmission, IAsyncDisposable
{
    private readonly WebApplication app;

    private HubServer(
        WebApplication app,
        HubOptions options,
        long lastVersion,
        PoolChannel? channel,
        ISidecarAuthentication authentication,
        TimeProvider time
    )
    {
        this.app = app;
        Channel =
            channel
            ?? new PoolChannel(
                new ObjectKey("default", "shop"),
                7,
                lastVersion,
                change =>
                {
                    if (change == MemberChange.Presence)
                    {
                        Interlocked.Increment(ref presenceChanges);
                    }
                }
            );
        new AttachEndpoint(
            this,
            authentication,
            new RefusalLog(TimeProvider.System, NullLogger<RefusalLog>.Instance),
            options,
            time,
            NullLogger<AttachEndpoint>.Instance
        ).Map(app);
    }

    private int presenceChanges;

    public int PresenceChanges => Volatile.Read(ref presenceChanges);

    public PoolChannel Channel { get; }

    public Uri Address => new(app.Urls.Single());

    /// <summary>Who is refused, and with what.</summary>
    public Func<Hello, Refusal?> Refuse { get; set; } = _ => null;

    /// <param name="certificate">Speaks TLS with it; null for plain HTTP/2.</param>
    /// <param name="channel">Of a pool that somebody publishes; null for one of its own.</param>
    /// <param name="authentication">Null for one that takes everybody for who they say.</param>
    public static async Task<HubServer> StartAsync(
        HubOptions? options = null,
        long lastVersion = 0,
        X509Certificate2? certificate = null,
        PoolChannel? channel = null,
        ISidecarAuthentication? authentication = null,
        TimeProvider? time = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // As the operator has it: a stream that is quiet is no slow one.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(
                System.Net.IPAddress.Loopback,
                0,
                listener =>
                {
                    listener.Protocols = HttpProtocols.Http2;
                    if (certificate is not null)
                    {
                        listener.UseHttps(certificate);
                    }
                }
            );
        });
        var server = new HubServer(
            builder.Build(),
            options ?? new HubOptions(),
            lastVersion,
            channel,
            authentication ?? new NoAuthentication(),
            time ?? TimeProvider.System
        );
        await server.app.StartAsync();
        return server;
    }

    /// <summary>What everybody is turned away with, before anybody looks who they are.</summary>
    public TurnedAway? Away { get; set; }

    public TurnedAway? TurnAway(System.Net.IPAddress? source) => Away;

    public Admission Admit(Hello hello) =>
        Refuse(hello) is { } refusal
            ? Admission.Refuse(refusal.Reason, TimeSpan.FromMilliseconds(refusal.RetryAfterMs))
            : Admission.To(Channel);

    /// <summary>Publishes a pool with these members, whose weight tells one publication from another.</summary>
    public long Publish(int weight, params string[] pods) =>
        Channel.Publish(
            Pool(weight, pods),
            pods.ToDictionary(p => $"uid-{p}", p => new SelfDirective { Uid = $"uid-{p}" })
        );

    public MemberState Member(string pod) => Channel.Members.Single(m => m.Hello.PodName == pod);

    public async ValueTask DisposeAsync()
    {
        Channel.Close("the test is over");
        await app.DisposeAsync();
    }

    public static PoolState Pool(int weight, params string[] pods) =>
        new()
        {
            Namespace = "default",
            Name = "shop",
            Members =
            [
                .. pods.Select(p => new MemberDirective
                {
                    Uid = $"uid-{p}",
                    Name = p,
                    Availability = MemberAvailability.Available,
                    Weight = weight,
                }),
            ],
            Policy = new PoolPolicy
            {
                Ports = [],
                Drain = new DrainPolicy
                {
                    DeadlineMs = 60_000,
                    RampDownMs = 5_000,
                    QuietPeriodMs = 1_000,
                    LateArrivals = LateArrivals.Reroute,
                    MaxReleasesPerSecond = 200,
                    GoAwayGraceMs = 5_000,
                    WebSocketCloseCode = 1001,
                    OnDeadline = DeadlineAction.Close,
                },
                SlowStart = new SlowStartPolicy
                {
                    DurationMs = 0,
                    MinimumPercent = 10,
                    Aggression = 1,
                },
            },
        };
}
