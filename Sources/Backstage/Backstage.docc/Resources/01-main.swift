import Backstage

let engine = try Engine()
try engine.close()
