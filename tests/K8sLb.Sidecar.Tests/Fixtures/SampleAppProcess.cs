using System.Diagnostics;
using System.Globalization;
using System.Net;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>The sample application as a process of its own, with descriptors of its own.</summary>
internal sealed class SampleAppProcess : IAsyncDisposable
{
    public const int Http1Port = 8081;
    public const int Http2Port = 8083;
    private readonly Process process;

    private SampleAppProcess(Process process) => this.process = process;

    public static async Task<SampleAppProcess> StartAsync(IPAddress address)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.SampleApp.dll")])
        {
            Environment =
            {
                ["APP_ADDRESS"] = address.ToString(),
                ["APP_PORT"] = Http1Port.ToString(CultureInfo.InvariantCulture),
                ["APP_H2_PORT"] = Http2Port.ToString(CultureInfo.InvariantCulture),
                ["POD_NAME"] = "sample",
            },
        };
        var sample = new SampleAppProcess(Process.Start(start)!);
        using var http = new HttpClient();
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    using var response = await http.GetAsync(new Uri($"http://{address}:{Http1Port}/healthz"));
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the sample application answers",
            TimeSpan.FromSeconds(60)
        );
        return sample;
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
}
