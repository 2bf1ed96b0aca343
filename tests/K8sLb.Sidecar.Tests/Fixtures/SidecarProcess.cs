using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>The sidecar as a process of its own, as it runs in a pod.</summary>
internal sealed class SidecarProcess : IAsyncDisposable
{
    private const int Sigterm = 15;
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("k8slb-sidecar-test-");

    private SidecarProcess(IPAddress address)
    {
        Address = address;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.Sidecar.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["K8SLB_LISTEN_ADDRESS"] = address.ToString();
        start.Environment["K8SLB_APP_ADDRESS"] = address.ToString();
        start.Environment["K8SLB_STATE_DIR"] = state.FullName;
        process = new() { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
    }

    public IPAddress Address { get; }
    public IPEndPoint Http => new(Address, TestMember.HttpPort);
    public Uri Admin => new($"http://{Address}:{TestMember.AdminPort}");

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public bool HasExited => process.HasExited;

    public static SidecarProcess Start(IPAddress address, IReadOnlyDictionary<string, string> environment)
    {
        var sidecar = new SidecarProcess(address);
        sidecar.Start(environment);
        return sidecar;
    }

    /// <summary>As <see cref="StartAsync"/>; the application goes with a sidecar that does not start.</summary>
    public static async Task<SidecarProcess> StartBeforeAsync(
        IAsyncDisposable app,
        IPAddress address,
        MemberSnapshot staticPool,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        try
        {
            return await StartAsync(address, staticPool, environment);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when it is ready.</summary>
    public static async Task<SidecarProcess> StartAsync(
        IPAddress address,
        MemberSnapshot staticPool,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var sidecar = new SidecarProcess(address);
        var file = Path.Combine(sidecar.state.FullName, "static-pool.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(staticPool, ProtocolJson.Default.MemberSnapshot));
        sidecar.Start(
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["K8SLB_STATIC_POOL"] = file,
            }
        );
        try
        {
            await sidecar.UntilReadyAsync();
            return sidecar;
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }
    }

    public void Terminate() => Kill(process.Id, Sigterm).ShouldBe(0);

    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
        state.Delete(recursive: true);
    }

    private void Start(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    using var response = await http.GetAsync(new Uri(Admin, "/readyz"));
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the sidecar is ready",
            TimeSpan.FromSeconds(60)
        );
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (output)
        {
            output.AppendLine(e.Data);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
