using System.Globalization;
using System.Text.Json;
using K8sLb.Protocol;

namespace K8sLb.Benchmarks;

/// <summary>The sidecar of this build, alone with a static pool, in front of the backend.</summary>
internal static class SidecarProxy
{
    public static MeasuredProcess Start(DirectoryInfo folder, int port, int backend)
    {
        var pool = Path.Combine(folder.FullName, "pool.json");
        File.WriteAllText(pool, JsonSerializer.Serialize(Pool(port, backend), ProtocolJson.Default.MemberSnapshot));
        return MeasuredProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "K8sLb.Sidecar.dll")],
            new Dictionary<string, string>
            {
                ["K8SLB_STATIC_POOL"] = pool,
                ["K8SLB_STATE_DIR"] = folder.CreateSubdirectory("state").FullName,
                ["K8SLB_POD_NAME"] = "bench",
                ["K8SLB_POD_NAMESPACE"] = "bench",
                ["K8SLB_POD_UID"] = "bench",
                ["K8SLB_POD_IP"] = "127.0.0.1",
                ["K8SLB_LISTEN_ADDRESS"] = "127.0.0.1",
                ["K8SLB_ADMIN_PORT"] = Stage.FreePort().ToString(CultureInfo.InvariantCulture),
                ["K8SLB_PEER_PORT"] = Stage.FreePort().ToString(CultureInfo.InvariantCulture),
            }
        );
    }

    private static MemberSnapshot Pool(int port, int backend) =>
        new()
        {
            Epoch = 1,
            Version = 1,
            Nonce = "bench",
            SentAt = DateTimeOffset.UtcNow,
            Self = new SelfDirective { Uid = "bench" },
            Pool = new PoolState
            {
                Namespace = "bench",
                Name = "bench",
                Members =
                [
                    new MemberDirective
                    {
                        Uid = "bench",
                        Name = "bench",
                        Availability = MemberAvailability.Available,
                        Weight = 100,
                    },
                ],
                Policy = new PoolPolicy
                {
                    Ports =
                    [
                        new PortPolicy
                        {
                            Name = "http",
                            Port = port,
                            TargetPort = backend,
                            Protocol = PortProtocol.Http,
                        },
                    ],
                    Drain = new DrainPolicy
                    {
                        DeadlineMs = 30_000,
                        RampDownMs = 0,
                        QuietPeriodMs = 1_000,
                        LateArrivals = LateArrivals.Serve,
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
            },
        };
}
