using System.Security.Cryptography;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Snapshots as an operator would send them.</summary>
internal static class TestSnapshots
{
    public static PoolPolicy Policy(PortMode mode = PortMode.Relay) =>
        new()
        {
            Ports =
            [
                new()
                {
                    Name = "http",
                    Port = TestMember.HttpPort,
                    TargetPort = TestApp.Port,
                    Protocol = PortProtocol.Http,
                    Mode = mode,
                },
                new()
                {
                    Name = "tcp",
                    Port = TestMember.TcpPort,
                    TargetPort = TestApp.EchoPort,
                    Protocol = PortProtocol.Tcp,
                },
            ],
            Drain = new()
            {
                DeadlineMs = 30_000,
                RampDownMs = 0,
                QuietPeriodMs = 200,
                LateArrivals = LateArrivals.Reroute,
                MaxReleasesPerSecond = 1_000_000,
                GoAwayGraceMs = 5_000,
                WebSocketCloseCode = 1001,
                OnDeadline = DeadlineAction.Close,
            },
            SlowStart = new()
            {
                DurationMs = 0,
                MinimumPercent = 10,
                Aggression = 1,
            },
        };

    /// <summary>Nothing is closed for being quiet, so that a slow machine cannot come before the client.</summary>
    public static PoolPolicy NeverQuiet(PoolPolicy policy) =>
        policy with
        {
            Drain = policy.Drain with { QuietPeriodMs = 600_000, DeadlineMs = 600_000 },
        };

    public static MemberSnapshot For(
        string uid,
        long version,
        IReadOnlyList<MemberDirective> members,
        PoolPolicy? policy = null,
        DrainDirective? drain = null
    ) =>
        new()
        {
            Epoch = 1,
            Version = version,
            Nonce = $"nonce-{version}",
            SentAt = DateTimeOffset.UtcNow,
            Self = new() { Uid = uid, Drain = drain },
            Pool = new()
            {
                Namespace = "test",
                Name = "pool",
                Members = members,
                Policy = policy ?? Policy(),
            },
        };

    /// <param name="ends">From now.</param>
    public static PeerKey Key(string id, TimeSpan? ends = null) =>
        new()
        {
            Id = id,
            Secret = RandomNumberGenerator.GetBytes(32),
            GoodUntil = DateTimeOffset.UtcNow + (ends ?? TimeSpan.FromMinutes(30)),
        };

    public static MemberDirective Member(string uid, int weight = 100, string address = "127.0.0.1") =>
        new()
        {
            Uid = uid,
            Name = uid,
            PeerAddress = address,
            PeerPort = TestMember.PeerPort,
            PeerCredential = "secret",
            Availability = MemberAvailability.Available,
            Weight = weight,
        };

    /// <summary>A member that is being drained, as the others see it.</summary>
    public static MemberDirective Drained(MemberDirective member, DrainDirective drain) =>
        member with
        {
            Availability = MemberAvailability.Unavailable,
            Weight = 0,
            Drain = new()
            {
                RampDownEndsAt = drain.RampDownEndsAt,
                Deadline = drain.Deadline,
                Weight = member.Weight,
            },
        };

    public static DrainDirective Drain(TimeSpan deadline, TimeSpan rampDown)
    {
        var now = DateTimeOffset.UtcNow;
        return new()
        {
            Id = "drain-1",
            Reason = DrainReason.Requested,
            StartedAt = now,
            RampDownEndsAt = now + rampDown,
            Deadline = now + deadline,
            PeersKnow = true,
        };
    }
}
