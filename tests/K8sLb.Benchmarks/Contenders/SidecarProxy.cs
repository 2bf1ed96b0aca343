using System.Globalization;
using System.Text.Json;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Images;
using K8sLb.Protocol;

namespace K8sLb.Benchmarks;

/// <summary>The sidecar of this tree, built as its image has it, alone with a static pool in front of the backends.</summary>
internal static class SidecarProxy
{
    private static ImageProject Image { get; } = ImageProject.All.Single(image => image.Name == "sidecar");

    /// <returns>The folder with the program.</returns>
    public static async Task<string> Publish(CancellationToken ct) =>
        (await PublishedProgram.PublishAsync(SourceTree.Find(), Image, ct)).Folder;

    public static MeasuredProcess Start(Placement at, string program, PortMode mode)
    {
        var pool = at.Write("pool.json", JsonSerializer.Serialize(Pool(at, mode), ProtocolJson.Default.MemberSnapshot));
        return MeasuredProcess.Start(
            Path.Combine(program, "K8sLb.Sidecar"),
            [],
            new Dictionary<string, string>(Image.Environment)
            {
                // One event loop, as the other contenders have one thread: what a container limited to one CPU gets.
                ["DOTNET_PROCESSOR_COUNT"] = "1",
                ["K8SLB_STATIC_POOL"] = pool,
                ["K8SLB_STATE_DIR"] = at.Folder.CreateSubdirectory("state").FullName,
                ["K8SLB_POD_NAME"] = "bench",
                ["K8SLB_POD_NAMESPACE"] = "bench",
                ["K8SLB_POD_UID"] = "bench",
                ["K8SLB_POD_IP"] = "127.0.0.1",
                ["K8SLB_LISTEN_ADDRESS"] = "127.0.0.1",
                ["K8SLB_ADMIN_PORT"] = FreePorts.One().ToString(CultureInfo.InvariantCulture),
                ["K8SLB_PEER_PORT"] = FreePorts.One().ToString(CultureInfo.InvariantCulture),
            }
        );
    }

    private static MemberSnapshot Pool(Placement at, PortMode mode) =>
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
                        .. at.Ports.Select(port => new PortPolicy
                        {
                            Name = port.Key.ToString().ToLowerInvariant(),
                            Port = port.Value,
                            TargetPort = at.Backends[port.Key],
                            Protocol = port.Key == Service.Tcp ? PortProtocol.Tcp : PortProtocol.Http,
                            Mode = mode,
                        }),
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
