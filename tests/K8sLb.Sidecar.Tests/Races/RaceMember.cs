using System.Net;
using System.Net.Http.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>A member whose sidecar and application are processes of their own: each has descriptors for thousands.</summary>
internal sealed class RaceMember : IAsyncDisposable
{
    private const int Http2Port = 8090;
    private readonly SampleAppProcess app;
    private readonly SidecarProcess sidecar;

    private RaceMember(SampleAppProcess app, SidecarProcess sidecar) => (this.app, this.sidecar) = (app, sidecar);

    public IPEndPoint Http1 => sidecar.Http;
    public IPEndPoint Http2 => new(sidecar.Address, Http2Port);
    public Uri Admin => sidecar.Admin;

    /// <param name="releasesPerSecond">As the operator would grant it.</param>
    public static async Task<RaceMember> StartAsync(double releasesPerSecond)
    {
        var address = LoopbackAddress.Next();
        var policy = TestSnapshots.Policy();
        var asked = TestSnapshots.For(
            "uid-race",
            1,
            [TestSnapshots.Member("uid-race", address: address.ToString())],
            policy with
            {
                Ports =
                [
                    Port("http", TestMember.HttpPort, SampleAppProcess.Http1Port),
                    Port("h2", Http2Port, SampleAppProcess.Http2Port),
                ],
                Drain = policy.Drain with { DeadlineMs = 120_000, QuietPeriodMs = 300 },
            }
        );
        var app = await SampleAppProcess.StartAsync(address);
        var granted = asked with { Self = asked.Self with { ReleasesPerSecond = releasesPerSecond } };
        return new(app, await SidecarProcess.StartBeforeAsync(app, address, granted));
    }

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    private static PortPolicy Port(string name, int port, int target) =>
        new()
        {
            Name = name,
            Port = port,
            TargetPort = target,
            Protocol = PortProtocol.Http,
        };

    public static async Task<DrainReport> DrainAsync(Uri admin)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(3) };
        return (await http.GetFromJsonAsync(new Uri(admin, "/drain"), AdminJson.Default.DrainReport))!;
    }
}
