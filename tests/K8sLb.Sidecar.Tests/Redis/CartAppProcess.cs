using System.Diagnostics;
using System.Globalization;
using System.Net;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Redis;

/// <summary>The example's application as a process of its own, in the place of a member's.</summary>
internal sealed class CartAppProcess : IAsyncDisposable
{
    private readonly Process process;

    private CartAppProcess(Process process) => this.process = process;

    public static async Task<CartAppProcess> StartAsync(TestMember member, IPEndPoint redis)
    {
        await member.App.DisposeAsync();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.CartApp.dll")])
        {
            Environment =
            {
                ["APP_ADDRESS"] = member.Address.ToString(),
                ["APP_PORT"] = TestApp.Port.ToString(CultureInfo.InvariantCulture),
                ["POD_NAME"] = member.Name,
                ["REDIS"] = redis.ToString(),
            },
        };
        var app = new CartAppProcess(Process.Start(start)!);
        using var http = new HttpClient();
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    using var response = await http.GetAsync(
                        new Uri($"http://{member.Address}:{TestApp.Port}/healthz")
                    );
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the application answers, and Redis answers it",
            TimeSpan.FromSeconds(60)
        );
        return app;
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
