using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using K8sLb.TestKit;

namespace K8sLb.Load.Tests;

/// <summary>The sample application as a process on loopback.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process process;

    private SampleProcess(Process process, IPEndPoint http1, IPEndPoint http2) =>
        (this.process, Target) = (process, LoadTarget.Fixed(http1, http2, "shop"));

    public LoadTarget Target { get; }

    public static async Task<SampleProcess> StartAsync(string podName)
    {
        var (http1, http2) = (FreePort(), FreePort());
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.SampleApp.dll")])
        {
            Environment =
            {
                ["APP_ADDRESS"] = "127.0.0.1",
                ["APP_PORT"] = http1.Port.ToString(CultureInfo.InvariantCulture),
                ["APP_H2_PORT"] = http2.Port.ToString(CultureInfo.InvariantCulture),
                ["POD_NAME"] = podName,
            },
        };
        var sample = new SampleProcess(Process.Start(start)!, http1, http2);
        using var client = new HttpClient();
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    return (await client.GetAsync(new Uri($"http://{http1}/healthz"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the sample application answers"
        );
        return sample;
    }

    /// <summary>SIGTERM, as the kubelet sends it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
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
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
