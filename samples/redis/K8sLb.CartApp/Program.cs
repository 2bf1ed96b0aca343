using K8sLb.CartApp;

var options = CartOptions.FromEnvironment();
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(options.Listen);
});

await using var app = builder.Build();
using var redis = new RedisConnection(options.RedisHost, options.RedisPort);
app.MapCarts(redis, options.PodName);
await app.RunAsync();
