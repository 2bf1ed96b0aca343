using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Redis;

/// <summary>A Redis of this test's own, which keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int Port = 6379;
    private readonly Process process;

    private RedisServer(Process process, IPEndPoint address) => (this.process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public static async Task<RedisServer> StartAsync()
    {
        var address = new IPEndPoint(LoopbackAddress.Next(), Port);
        var start = new ProcessStartInfo(
            await InstallAsync(),
            [
                .. (string[])
                    ["--bind", address.Address.ToString(), "--port", Port.ToString(CultureInfo.InvariantCulture)],
                .. (string[])["--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()],
            ]
        )
        {
            RedirectStandardOutput = true,
        };
        var redis = new RedisServer(Process.Start(start)!, address);
        redis.process.BeginOutputReadLine();
        await Eventually.IsTrue(redis.AnswersAsync, "Redis answers");
        return redis;
    }

    /// <summary>All that is kept under keys of that form: field and value, by key.</summary>
    public async Task<Dictionary<string, string[]>> HashesAsync(string keys)
    {
        using var cli = Process.Start(
            new ProcessStartInfo("redis-cli", ["-h", Address.Address.ToString(), "--raw", "EVAL", Dump, "0", keys])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var lines = (await cli.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await cli.WaitForExitAsync();
        return lines.Select(l => l.Split(' ')).ToDictionary(l => l[0], l => l[1..]);
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

    private const string Dump =
        "local r = {} for _, k in ipairs(redis.call('KEYS', ARGV[1])) do "
        + "r[#r + 1] = k .. ' ' .. table.concat(redis.call('HGETALL', k), ' ') end return r";

    private async Task<bool> AnswersAsync()
    {
        process.HasExited.ShouldBeFalse("redis-server runs");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> InstallAsync([CallerFilePath] string here = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "scripts", "redis.sh");
        using var install = Process.Start(
            new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var errors = install.StandardError.ReadToEndAsync();
        var path = await install.StandardOutput.ReadToEndAsync();
        await install.WaitForExitAsync();
        install.ExitCode.ShouldBe(0, await errors);
        return path.Trim();
    }
}
