using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Control;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>A member of a pool: an application and its sidecar, in this process, on an address of their own.</summary>
internal sealed class TestMember : IAsyncDisposable
{
    public const int HttpPort = 8080;
    public const int TcpPort = 8070;
    public const int AdminPort = 15020;
    public const int PeerPort = 15008;

    private TestMember(string name, SidecarOptions options, TestApp app, ProcessTelemetry? telemetry)
    {
        (Name, Options, App, this.telemetry) = (name, options, app, telemetry);
    }

    private readonly ProcessTelemetry? telemetry;
    private IHost? host;
    private PeerCredential? credential;

    public string Name { get; }
    public SidecarOptions Options { get; }
    public TestApp App { get; }
    public IHost Host => host ?? throw new InvalidOperationException($"the sidecar of {Name} did not start");
    public IPAddress Address => Options.ListenAddress;
    public IPEndPoint Http => new(Address, HttpPort);
    public Uri Url => new($"http://{Http}");
    public Uri Admin => new($"http://{Address}:{AdminPort}");

    public ConnectionRegistry Registry => Host.Services.GetRequiredService<ConnectionRegistry>();
    public MemberDrain Drain => Host.Services.GetRequiredService<MemberDrain>();
    public PreStopLapse PreStopLapse => Host.Services.GetServices<IHostedService>().OfType<PreStopLapse>().Single();
    public MemberAgent Agent => Host.Services.GetRequiredService<MemberAgent>();
    public MemberHealth Health => Host.Services.GetRequiredService<MemberHealth>();
    public MemberReports Reports => Host.Services.GetRequiredService<MemberReports>();
    public ApplicationGate Gate => Host.Services.GetRequiredService<ApplicationGate>();
    public WorkRouter Router => Host.Services.GetRequiredService<WorkRouter>();
    public SnapshotIntake Intake => Host.Services.GetRequiredService<SnapshotIntake>();
    public PeerCredential Credential => credential ??= Host.Services.GetRequiredService<PeerCredential>();

    /// <summary>Members that know each other, each with a snapshot in force.</summary>
    public static async Task<TestPool> PoolAsync(
        int members = 1,
        Func<PoolPolicy, PoolPolicy>? policy = null,
        PortMode mode = PortMode.Relay
    )
    {
        var asked = TestSnapshots.Policy(mode);
        var pool = new TestPool(policy is null ? asked : policy(asked));
        try
        {
            for (var i = 0; i < members; i++)
            {
                pool.Members.Add(await StartAsync($"m{i}"));
            }
            await pool.TellAllAsync();
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    public static async Task<TestMember> StartAsync(
        string name,
        Uri? @operator = null,
        Func<SidecarOptions, SidecarOptions>? change = null,
        ProcessTelemetry? telemetry = null
    )
    {
        var address = LoopbackAddress.Next();
        var app = await TestApp.StartAsync(address, name);
        var state = Directory.CreateTempSubdirectory("k8slb-sidecar-test-");
        var options = new SidecarOptions
        {
            // Without an operator a snapshot must be on disk; a dial that is refused stands in for one that is not up.
            Operator = @operator ?? new Uri($"http://{address}:9"),
            PodName = name,
            PodNamespace = "test",
            PodUid = $"uid-{name}",
            PodAddress = address,
            ListenAddress = address,
            AppAddress = address,
            AdminPort = AdminPort,
            PeerPort = PeerPort,
            StateDirectory = state.FullName,
        };
        var member = new TestMember(name, change is null ? options : change(options), app, telemetry);
        try
        {
            await member.StartHostAsync();
            return member;
        }
        catch
        {
            await member.DisposeAsync();
            throw;
        }
    }

    /// <summary>As a container that is restarted in its pod.</summary>
    public async Task RestartAsync(SidecarOptions? options = null)
    {
        await Host.StopAsync();
        Host.Dispose();
        await StartHostAsync(options);
    }

    public MemberDirective Directive(int weight = 100) =>
        new()
        {
            Uid = Options.PodUid,
            Name = Name,
            PeerAddress = Address.ToString(),
            PeerPort = PeerPort,
            ProvesKey = true,
            PeerCredential = Credential.Value,
            Availability = MemberAvailability.Available,
            Weight = weight,
        };

    public async Task<ClientWebSocket> OpenWebSocketAsync()
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{Http}/ws"), default);
        return socket;
    }

    /// <summary>
    /// Open connections that were asked to move: a drain is seen to release before the first of them is, and what is answered
    /// until then does not ask to close.
    /// </summary>
    public int Asked
    {
        get
        {
            var live = new List<TrackedConnection>();
            Registry.CopyLiveTo(live);
            return live.Count(c => c.Leaves);
        }
    }

    public async Task<DrainReport> DrainAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        return (await http.GetFromJsonAsync(new Uri(Admin, "/drain"), AdminJson.Default.DrainReport))!;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            if (host is not null)
            {
                await host.StopAsync(now.Token);
                host.Dispose();
            }
            await App.DisposeAsync();
        }
        finally
        {
            Directory.Delete(Options.StateDirectory, recursive: true);
        }
    }

    private async Task StartHostAsync(SidecarOptions? options = null)
    {
        host = SidecarHost.Create(options ?? Options, telemetry: telemetry);
        await host.StartAsync();
    }
}
